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
    /// Where the looks for due jobs begin; absent: at the bottom.
    var dueFloors: [String: ClaimFloor.Position] = [:]
    /// How many jobs of a queue may be claimed, ready and due ones together; absent: as many as there is room for.
    var queueRooms: [String: Int] = [:]

    /// What is set aside of a queue's room while this claim is under way.
    var reservations: [String: Int] { queueRooms.mapValues { min($0, room) } }
}
