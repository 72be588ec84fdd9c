/// What a transport is doing, for metrics.
package struct HTTPTransportStatistics: Hashable, Sendable {
    /// Requests waiting for a free connection.
    package internal(set) var waiting = 0
    /// Requests handed to libcurl and not ended.
    package internal(set) var active = 0
    /// Requests answered since the start.
    package internal(set) var answered: Int64 = 0
    /// Requests ended by an error since the start.
    package internal(set) var failed: Int64 = 0
    /// TCP connections attempted since the start.
    package internal(set) var connectionsOpened: Int64 = 0
    /// Kept-alive connections found closed by the server in time, before a byte of a request was written to them.
    package internal(set) var staleConnections: Int64 = 0
    /// Transfers whose state is still held; 0 once a transport has shut down.
    package internal(set) var held = 0

    package init() {}
}
