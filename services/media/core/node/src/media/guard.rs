//! What media threads need of the system: sockets, a scheduling class, and no way to die alone.

use std::process;
use std::thread;

use rustix::process::{getrlimit, setrlimit, Resource};

/// Ends the process if its thread panics: a node that has lost a media thread must not look alive.
pub struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            process::abort();
        }
    }
}

/// Raises the limit of open files to what the system permits: every leg has a socket.
pub fn allow_many_sockets() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::info!(%error, "open_files_limit_kept");
    }
}

/// Puts the calling thread before all ordinary ones (`SCHED_FIFO`) where the system permits it, else says so.
pub fn run_in_real_time(priority: u8) {
    let parameters = libc::sched_param {
        sched_priority: i32::from(priority),
    };
    let policy = libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK;
    // SAFETY: the call reads one integer from a valid pointer and keeps none.
    #[allow(
        unsafe_code,
        reason = "rustix has no safe call for scheduling policies"
    )]
    let refused = unsafe { libc::sched_setscheduler(0, policy, &raw const parameters) } != 0;
    if refused {
        let error = std::io::Error::last_os_error();
        tracing::info!(%error, priority, "real_time_scheduling_refused");
    }
}
