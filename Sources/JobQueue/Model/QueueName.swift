/// Names of queues. A job's queue is the destination of its next step.
package enum QueueName {
    /// For steps that talk to nobody but the database.
    package static let local = "local"
}
