extension BitrixReaction {
    /// The reaction to an error code; the code decides and the status only where codes are ambiguous, because statuses
    /// differ between documentation, code and installations.
    ///
    /// `code` is the body's `error` as text, however it was written, nil if the body had none; `status` is nil for a
    /// command inside a batch, whose status is always 200.
    package static func reaction(toCode code: String?, status: Int?) -> BitrixReaction {
        guard let code else { return reaction(toBareStatus: status) }
        if let known = table[code.lowercased()] { return known }
        switch code {
        case "", "0":
            // Free text, often localized; seen after saves that worked and only raised warnings.
            return BitrixReaction(.reject, mayHaveRun: true)
        default: break
        }
        switch status {
        case 429: return BitrixReaction(.slowPortal)
        case .some(500...): return .unknown
        default: return BitrixReaction(.reject)
        }
    }

    /// The reaction where the body is no answer of Bitrix: a proxy, a licence page, maintenance.
    private static func reaction(toBareStatus status: Int?) -> BitrixReaction {
        switch status {
        case 401, 403: BitrixReaction(.accessRefused)
        case 429: BitrixReaction(.slowPortal)
        case 410: BitrixReaction(.pausePortal)
        default: .unknown
        }
    }

    /// By code in lower case.
    private static let table: [String: BitrixReaction] = {
        var table: [String: BitrixReaction] = [
            "query_limit_exceeded": BitrixReaction(.slowPortal),
            "operation_time_limit": BitrixReaction(.pauseMethod),
            "overload_limit": BitrixReaction(.pausePortal),
            "portal_deleted": BitrixReaction(.pausePortal),
            "internal_server_error": .unknown,
            "error_unexpected_answer": .unknown,
            "connection_error": BitrixReaction(.repeatLater),
            "expired_token": BitrixReaction(.renewToken),
            "invalid_token": BitrixReaction(.renewToken),
            "method_confirm_waiting": BitrixReaction(.awaitPerson),
        ]
        for code in [
            "no_auth_found", "invalid_credentials", "insufficient_scope", "access_denied", "user_access_error",
            "authorization_error", "application_not_found", "error_oauth", "payment_required", "wrong_license",
            "method_confirm_denied", "wrong_auth_type", "allowed_only_intranet_user", "invalid_grant", "invalid_client",
            "not_installed", "wrong_client", "200040300010", "200040300020",
            // Of every call alike, so for a person who mends the address, the plan or the rights, not for each job.
            "invalid_request", "error_method_not_found",
        ] {
            table[code] = BitrixReaction(.accessRefused)
        }
        for code in [
            "not_found", "error_argument", "error_batch_length_exceeded",
            "error_batch_method_not_allowed", "error_manifest_is_not_available", "wrong_encoding", "100",
        ] {
            table[code] = BitrixReaction(.reject)
        }
        return table
    }()
}
