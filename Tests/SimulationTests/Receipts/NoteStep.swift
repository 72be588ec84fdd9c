import JobQueue

/// The only step of a note: an event about nothing outside, of which a worker may run several of a lane in a row.
enum NoteStep {
    static let kind = "note"
    static let name = "note"
    /// How many in a row.
    static let stretch = 4
    /// Lanes of notes alone, and the notes of a lane.
    static let lanes: ClosedRange<Int64> = 1...2
    static let number: ClosedRange<Int64> = 2...6

    static var definition: StepDefinition {
        StepDefinition(
            key: StepKey(kind: kind, step: name), doubt: .none, timeout: .seconds(2), stretch: stretch,
            runOne: { _ in Outcome(.handBack) })
    }

    /// The id of a note: after those of all sample events.
    static func id(lane: Int64, number: Int64) -> Int64 { 100 * lane + number }
}

extension SimulatedRun {
    /// Most notes are done at once, some later, and few are for a person.
    func note() {
        process.post(world.draw(0...2) == 0 ? world.draw(10...9_000) : world.draw(10...500)) { [self] in
            process.pass { [self] in
                guard world.strikes(world.troubles.failures) else {
                    return answer(Outcome(.finish(outcome: "noted")))
                }
                let failure = JobFailure(code: "note_unclear", message: "The note is unclear.")
                answer(Outcome(world.draw(0...2) == 0 ? .dead(failure) : .later(failure)))
            }
        }
    }
}
