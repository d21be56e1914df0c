/** Ticks in a thread of its own: a hidden tab's timers are slowed down, a worker's are not. */
setInterval(() => postMessage(0), 1_000);
