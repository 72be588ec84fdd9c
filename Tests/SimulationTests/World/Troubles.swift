/// How often what goes wrong in a schedule, in thousandths of the occasions.
struct Troubles {
    /// Messages to the database that are lost, or whose answers are.
    var databaseLoss = 0
    /// Spans in which the database is away.
    var outages = 0
    /// Requests to the provider, and their answers and callbacks, that are lost or doubled.
    var networkLoss = 0
    /// Messages of all kinds that take seconds.
    var delay = 0
    /// Answers of the provider that are no answer.
    var garbage = 0
    /// Receipts that the provider cannot print.
    var failures = 0
    /// Deaths of a worker, at each message that leaves or comes, and at any other moment.
    var crashes = 0
    /// Workers that are stopped at such a point and go on later.
    var suspensions = 0
    /// Workers that are asked to end.
    var stops = 0
    /// Callbacks about nothing.
    var lies = 0

    /// Few schedules have all troubles at once: most faults show where one or two meet.
    init(from random: inout SeededGenerator) {
        let paths: [WritableKeyPath<Troubles, Int>] = [
            \.databaseLoss, \.outages, \.networkLoss, \.delay, \.garbage, \.failures, \.crashes, \.suspensions, \.stops,
            \.lies,
        ]
        for path in paths where random.next() % 3 == 0 {
            self[keyPath: path] = [15, 60, 200][Int(random.next() % 3)]
        }
    }
}
