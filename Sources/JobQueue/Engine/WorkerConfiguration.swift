/// How a worker works. The defaults are meant for production.
package struct WorkerConfiguration: Sendable {
    /// Shown to people: host and process, for example.
    package var name: String
    /// Release of this program, for `fiscal.worker`.
    package var version: String
    /// Runs under way at once, 1…10,000.
    package var concurrency = 64
    /// Of these, how many may belong to one queue other than `local`, so that a slow destination leaves room for the
    /// others; `nil`: half.
    package var concurrencyPerQueue: Int?
    /// Queues with a limit of their own in the place of ``concurrencyPerQueue``.
    package var concurrencyOfQueue: [String: Int] = [:]
    /// Connections that carry outcomes in and claims out, 1…8. Two keep the database busy while answers come in.
    package var claimers = 2
    /// Jobs claimed, and outcomes recorded, in one transaction at most, 1…1000.
    package var batch = 250
    /// As ``batch``, while one shop has a backlog and another has work from time to time: a transaction of so many
    /// lasts about as long as a commit.
    static let sharedBatch = 50
    /// How long an outcome may wait for others to share its transaction with, while runs are under way.
    package var flushAfter: Duration = .milliseconds(2)
    /// How long a heartbeat is good for. A worker that is silent for longer may be called dead.
    package var lease: Duration = .seconds(30)
    /// Time between heartbeats; at most a third of ``lease``.
    package var heartbeat: Duration = .seconds(5)
    /// How often an idle worker looks for work that nobody told it of, ± 20 %.
    package var poll: Duration = .seconds(1)
    /// How long runs may go on after ``Worker/stop()``; then they are cancelled. Shorter than ``lease``.
    package var grace: Duration = .seconds(20)
    /// Waits between tries of a job that failed.
    package var backoff = RetryBackoff.standard
    /// Runs of a step that may end in doubt, one after the other, before a person is asked to settle it. With the
    /// longest wait of ``backoff`` an hour, a hundred take about two days.
    package var doubtsUntilPerson = 100
    /// For how long a destination is closed when it throttles and does not say.
    package var defaultThrottle: Duration = .seconds(10)
    /// How long `fiscal.attempt` is kept, in whole months.
    package var historyKept: Duration = .seconds(400 * 86_400)
    /// How long before a job's deadline the alarm is raised.
    package var deadlineWarning: Duration = .seconds(3600)
    /// Jobs taken from dead workers in one transaction: each of them reads the table of jobs once.
    package var rescueBatch = 1000

    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// Runs that one queue may have under way.
    var queueLimit: Int { max(1, concurrencyPerQueue ?? concurrency / 2) }

    /// Runs that a queue may have under way.
    func queueLimit(of queue: String) -> Int { max(1, concurrencyOfQueue[queue] ?? queueLimit) }

    /// Jobs that one claim may ask for, so that every claimer has some.
    var claimLimit: Int { max(1, min(batch, (concurrency + claimers - 1) / claimers)) }
}
