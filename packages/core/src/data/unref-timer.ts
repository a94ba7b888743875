/** Let the process end although a timer is pending. Only Node's timers keep a process running. */
export function unrefTimer<Timer extends ReturnType<typeof setTimeout>>(timer: Timer): Timer {
  // On other platforms, a timer is a number.
  if (typeof timer === 'object') timer.unref();
  return timer;
}
