internal import Synchronization

/// Which version orders had when values were planned for them whose writing got no answer.
///
/// A writing that was carried out all the same has saved the order once. If it was saved more often by the time it is
/// read again, somebody else did, perhaps in the window in which he was overwritten. Only the process that wrote knows:
/// with it this knowledge is lost.
final class LostWritings: Sendable {
    private struct Planned {
        let version: Int64
        let at: ContinuousClock.Instant
    }

    /// For how long it is kept: an order that is written to after that has been saved by others for other reasons.
    private static let lifetime = Duration.seconds(3600)
    /// How many orders are kept at most; of more, none is told about.
    private static let most = 10_000

    private let planned = Mutex<[Int64: Planned]>([:])

    /// Takes down the version for which values were planned.
    func note(_ version: Int64, of order: Int64) {
        planned.withLock { planned in
            if planned.count >= Self.most {
                planned = planned.filter { $0.value.at.duration(to: .now) < Self.lifetime }
            }
            guard planned.count < Self.most else { return }
            planned[order] = Planned(version: version, at: .now)
        }
    }

    /// Forgets an order, which has now been read with this version.
    ///
    /// - Returns: Whether others saved it too since values were planned for a writing without an answer.
    func take(_ order: Int64, now version: Int64?) -> Bool {
        guard let planned = planned.withLock({ $0.removeValue(forKey: order) }), let version,
            planned.at.duration(to: .now) < Self.lifetime
        else { return false }
        return version > planned.version && version - 1 > planned.version
    }
}
