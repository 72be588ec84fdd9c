import CMalloc
import Glibc

/// How much memory a process keeps that runs for months.
enum ProcessMemory {
    /// Lets as many threads allocate at once as there are processors, and no more. Call it first of all, before there are
    /// other threads: an arena that is made stays.
    ///
    /// glibc gives each thread an arena of its own, up to eight per processor, and none gives back to another what is
    /// free in it: threads that mostly wait, such as those of connections, would each keep their share of the worst hour.
    static func shareArenas() {
        _ = mallopt(M_ARENA_MAX, max(2, Int32(clamping: sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    }
}
