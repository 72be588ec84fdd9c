/// Spaces the requests to one portal, whose limit all processes of a fleet share.
package protocol BitrixPace: Sendable {
    /// Waits until one more request may leave.
    ///
    /// Ends early when the task is cancelled; the request may then leave all the same, its sender decides.
    func turn() async

    /// The portal said that it has been asked too much: what was believed to be left is spent.
    func refused() async
}
