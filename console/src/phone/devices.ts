export type Kind = "audioinput" | "audiooutput";

/** What is needed of a device to know it again. */
export type Device = Pick<MediaDeviceInfo, "kind" | "deviceId" | "groupId" | "label">;

/** Microphones and loudspeakers that can be chosen. */
export async function devices(): Promise<readonly MediaDeviceInfo[]> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return all.filter((each) => each.kind !== "videoinput" && each.deviceId !== "");
}

/** Which device is used: the chosen one, or the system's, which browsers name first, where that one is not there. */
export function used(present: readonly Device[], kind: Kind, chosen: string): Device | undefined {
  const fitting = present.filter((device) => device.kind === kind);
  return fitting.find((device) => device.deviceId === chosen) ?? fitting[0];
}

/** Whether these are one device: Chromium's "default" keeps its id when it stands for another one. */
export const same = (one: Device | undefined, other: Device | undefined): boolean =>
  one?.deviceId === other?.deviceId && one?.groupId === other?.groupId && one?.label === other?.label;
