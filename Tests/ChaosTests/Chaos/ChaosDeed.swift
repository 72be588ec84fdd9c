import Glibc

/// A fault that was carried out, and what showed that it took effect.
struct ChaosDeed: Hashable, Sendable {
    let fault: ChaosFault
    /// What was seen of it, in words for the story; nil: nothing.
    var seen: String?
    /// The process of ours that it was done to, if it was done to one.
    var process: pid_t?
}
