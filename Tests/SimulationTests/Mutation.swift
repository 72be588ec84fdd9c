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
    /// What a comparison finds is handed back also if it was claimed after the comparison began.
    case lateComparisonBelieved
    /// A worker compares at once after the answer to a claim was lost, and never again.
    case lateClaimsLeft
    /// The ends of a stretch count though its head was lost, and nothing tells that somebody else runs it.
    case followersAlone
    /// Jobs that a dead worker may have run behind its head keep the numbers of their runs.
    case followersRenumberedNever
    /// A follower that is not done does not get the turn of its head.
    case turnNotTaken
    /// Claims do not count what a destination has under way.
    case concurrencyIgnored
    /// Claims take no tokens.
    case tokensKept
    /// A job that was ordered is not made.
    case spawnForgotten
    /// A job that has begun is taken for one that is still to begin, and no other is made.
    case begunCountsAsPending
    /// What the provider could not print at the time counts as refused for good.
    case passingFailureRefused
    /// A correction takes the place of what could not be printed at the time, and nobody asks for it first.
    case correctionUnasked
}

extension Mutation {
    /// The bad times in which it shows.
    func worsen(_ troubles: inout Troubles) {
        switch self {
        // Whether somebody asks shows only where workers are stopped.
        case .leaseCheckRemoved:
            troubles.suspensions = 200
        // A copy must come late, of what could be printed only then.
        case .passingFailureRefused, .correctionUnasked:
            (troubles.networkLoss, troubles.delay, troubles.failures) = (200, 200, 200)
        default:
            break
        }
    }

    /// The schedule to begin with: what is missed rarely is looked for where it was missed before.
    var begin: UInt64 {
        switch self {
        case .leaseCheckRemoved: 2_600
        case .passingFailureRefused: 4_550
        case .correctionUnasked: 9_700
        default: 1
        }
    }

    /// The promises of which at least one must break.
    var breaks: Set<String> {
        switch self {
        case .fenceRemoved: ["I3"]
        case .laneKeyRemoved: ["I5"]
        case .turnKept, .rescueRemoved, .endForgotten, .lateClaimsLeft: ["I7"]
        case .doubtTreatedAsLater, .doubtForgotten, .leaseCheckRemoved: ["I1", "I4"]
        case .bytesRebuilt: ["I2"]
        case .sentBeforeIntent: ["I1", "I2", "I4"]
        case .callbackTrusted: ["I1", "I8"]
        case .hintLost: ["I8"]
        case .deduplicationOff, .passingFailureRefused, .correctionUnasked: ["I1"]
        case .crashCountedAsAttempt: ["I9"]
        case .settlementKeyRemoved: ["I11"]
        // The head of a stretch that runs is handed back, and the numbers of those behind it come again.
        case .lateComparisonBelieved: ["I1", "I3", "I4"]
        case .followersAlone: ["I3", "I5"]
        case .followersRenumberedNever: ["I3"]
        case .turnNotTaken: ["I5"]
        case .concurrencyIgnored, .tokensKept: ["limits"]
        case .spawnForgotten, .begunCountsAsPending: ["write-back"]
        }
    }
}
