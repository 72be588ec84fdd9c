import FoundationEssentials

/// What a rehearsal of the worst day is told by its environment.
struct ChaosSettings: Sendable {
    /// `CHAOS_SEED`: decides faults and load. The same seed is the same plan.
    var seed: UInt64 = 11
    /// `CHAOS_SECONDS`: how long faults go on; what follows until everything is at rest comes on top.
    var seconds = 25
    /// `CHAOS_COMPLETE=1`: a kind of fault that cannot be carried out on this machine fails the run; otherwise it is only
    /// said.
    var mustBeComplete = false
    /// `CHAOS_STORY`: the file in which the story of the run is kept.
    var story: String

    static var current: ChaosSettings {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["CHAOS_SEED"].flatMap(UInt64.init) ?? 11
        var settings = ChaosSettings(
            seed: seed,
            story: environment["CHAOS_STORY"]
                ?? FileManager.default.temporaryDirectory.path() + "fiscal-relay-chaos-\(seed).log")
        if let seconds = environment["CHAOS_SECONDS"].flatMap(Int.init) { settings.seconds = max(5, seconds) }
        settings.mustBeComplete = environment["CHAOS_COMPLETE"] == "1"
        return settings
    }
}
