import type { MicrophoneFault } from "./line";

/** The microphone could not be had. */
export class NoMicrophone extends Error {
  constructor(readonly why: MicrophoneFault) {
    super(why);
    this.name = "NoMicrophone";
  }
}

function whyOf(error: unknown): MicrophoneFault {
  // An OverconstrainedError is no DOMException everywhere.
  const name = error instanceof Object && "name" in error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "missing" : "busy";
}

const wanted = (deviceId: string): MediaTrackConstraints => ({
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
  ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
});

/** The microphone's sound: of the chosen device, or of the system's when that one is gone. Raises NoMicrophone. */
export async function microphoneOf(deviceId: string): Promise<MediaStream> {
  // Browsers hide devices from pages that came by plain HTTP from elsewhere.
  if (!navigator.mediaDevices) throw new NoMicrophone("insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: wanted(deviceId) });
  } catch (error) {
    const why = whyOf(error);
    if (deviceId && why === "missing") return microphoneOf("");
    throw new NoMicrophone(why);
  }
}

/** Whether the person allowed the microphone before, so that it may be opened without a click. */
export async function mayListen(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: "microphone" })).state === "granted";
  } catch {
    return false;
  }
}
