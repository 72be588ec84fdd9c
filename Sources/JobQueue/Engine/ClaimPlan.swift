/// Where one claim looks, and for how much.
struct ClaimPlan: Hashable, Sendable {
    struct Visit: Hashable, Sendable {
        let key: StreamKey
        let limit: Int
        let floor: ClaimFloor.Position
        let isFullLook: Bool
    }

    var room: Int
    var streams: [Visit] = []
    var dueQueues: [String]
    var dueFirst: Bool
}
