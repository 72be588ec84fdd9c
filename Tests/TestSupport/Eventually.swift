package import Testing

/// Waits until `condition` holds, looking every few milliseconds, and records an issue if it does not in time.
///
/// For facts that nothing announces, such as a row that another process writes. Where something can be awaited, await
/// it.
/// - Parameters:
///   - limit: How long to look; generous, since it guards against hanging alone.
///   - what: What is waited for, for the message.
///   - sourceLocation: Where to record the issue.
///   - condition: Looks for the fact; what it throws ends the wait.
/// - Throws: What `condition` throws, or `CancellationError`.
package func eventually(
    within limit: Duration = .seconds(240), _ what: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    var pause = Duration.milliseconds(1)
    while !(try await condition()) {
        guard ContinuousClock.now < deadline else {
            Issue.record(what ?? "the awaited fact did not come true in \(limit)", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: pause, clock: .continuous)
        pause = min(pause * 2, .milliseconds(50))
    }
}
