/// A safeguard taken away, to see that its absence is found.
enum Mutation: String, CaseIterable, Sendable {
    /// Outcomes are written whatever run they name.
    case fenceRemoved
    /// A claim takes whatever is ready, and nobody has the turn of a lane.
    case laneKeyRemoved
    /// A finished job gives its lane's turn to nobody.
    case turnKept
    /// A send whose outcome is unknown counts as one that failed.
    case doubtTreatedAsLater
    /// A run that is to settle a doubt does not know it.
    case doubtForgotten
    /// The bytes are made anew for every send.
    case bytesRebuilt
    /// A receipt is sent before its intent is committed.
    case sentBeforeIntent
    /// A worker sends without asking whether its lease outlives the request.
    case leaseCheckRemoved
    /// What a callback says of a receipt is believed.
    case callbackTrusted
    /// A call about a job that is running is not remembered.
    case hintLost
    /// The provider makes another document of a key that it knows.
    case deduplicationOff
    /// A worker that died with a job burns an attempt of it.
    case crashCountedAsAttempt
    /// Jobs of the dead are left to themselves.
    case rescueRemoved
    /// A finished job leaves no end.
    case endForgotten
    /// Two events may settle the same.
    case settlementKeyRemoved
}

extension Mutation {
    /// The promises of which at least one must break.
    var breaks: Set<String> {
        switch self {
        case .fenceRemoved: ["I3"]
        case .laneKeyRemoved: ["I5"]
        case .turnKept, .rescueRemoved, .endForgotten: ["I7"]
        case .doubtTreatedAsLater, .doubtForgotten, .leaseCheckRemoved: ["I1", "I4"]
        case .bytesRebuilt: ["I2"]
        case .sentBeforeIntent: ["I1", "I2", "I4"]
        case .callbackTrusted: ["I1", "I8"]
        case .hintLost: ["I8"]
        case .deduplicationOff: ["I1"]
        case .crashCountedAsAttempt: ["I9"]
        case .settlementKeyRemoved: ["I11"]
        }
    }
}
