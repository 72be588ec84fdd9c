import CPostgres

/// Takes libpq's notices, which it would print to standard error otherwise, to a closure.
final class NoticeReceiver {
    private let handle: @Sendable (PostgresNotice) -> Void
    /// The server has announced the end of an idle connection, which libpq passes on as a notice.
    private(set) var heardFarewell = false

    init(_ handle: @escaping @Sendable (PostgresNotice) -> Void) {
        self.handle = handle
    }

    /// - Parameter connection: Must end before this object does.
    func install(on connection: OpaquePointer) {
        PQsetNoticeReceiver(connection, Self.receive, Unmanaged.passUnretained(self).toOpaque())
    }

    private static let receive: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = {
        receiver, result in
        guard let receiver else { return }
        func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
        let notice = PostgresNotice(
            severity: field(CPOSTGRES_SEVERITY) ?? "NOTICE", sqlState: field(CPOSTGRES_SQLSTATE).map(SQLState.init),
            message: field(CPOSTGRES_MESSAGE) ?? "")
        let object = Unmanaged<NoticeReceiver>.fromOpaque(receiver).takeUnretainedValue()
        if notice.severity == "FATAL" || notice.severity == "PANIC" { object.heardFarewell = true }
        object.handle(notice)
    }
}
