import CCurl

extension EasyHandle {
    /// Sets everything that does not depend on the transfer's callbacks.
    func configure(
        _ request: HTTPRequest, to target: RequestTarget, _ configuration: HTTPTransportConfiguration
    ) throws(CurlFailure) {
        try set(CURLOPT_URL, target.url)
        try set(CURLOPT_PROTOCOLS_STR, target.isEncrypted ? "https" : "http")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        // Without it, ending a transfer during name resolution waits for the resolver and stops the thread.
        try set(CURLOPT_QUICK_EXIT, 1)
        try setConnection(request, configuration)
        try setProxy(configuration.proxy, for: target)
        try setSecurity(request, configuration)
        try setMethod(request)
        try setHeaders(Self.headerLines(request))
        try set(CURLOPT_USERAGENT, configuration.userAgent)
    }

    /// The total time-out is the loop's: libcurl keeps none for a transfer it holds back.
    private func setConnection(
        _ request: HTTPRequest, _ configuration: HTTPTransportConfiguration
    ) throws(CurlFailure) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, RequestCheck.bounded(request.connectTimeout).wholeMilliseconds)
        if let idle = request.idleTimeout {
            try set(CURLOPT_LOW_SPEED_LIMIT, 1)
            try set(CURLOPT_LOW_SPEED_TIME, idle.wholeSeconds)
        }
        try set(CURLOPT_MAXAGE_CONN, configuration.idleConnectionLifetime.wholeSeconds)
        try set(CURLOPT_FRESH_CONNECT, request.usesNewConnection ? 1 : 0)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_TCP_KEEPIDLE, 30)
        try set(CURLOPT_TCP_KEEPINTVL, 10)
    }

    private func setProxy(_ proxy: HTTPProxy, for target: RequestTarget) throws(CurlFailure) {
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        switch proxy {
        case .environment where !target.isLoopback: break
        case .url(let address) where !target.isLoopback: try set(CURLOPT_PROXY, address)
        default: try set(CURLOPT_PROXY, "")  // empty, not unset: keeps libcurl from reading the environment
        }
    }

    private func setSecurity(
        _ request: HTTPRequest, _ configuration: HTTPTransportConfiguration
    ) throws(CurlFailure) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // A replaced file of authorities counts from a minute later on. Parsing the system's costs milliseconds.
        try set(CURLOPT_CA_CACHE_TIMEOUT, 60)
        if let authorities = request.certificateAuthority ?? configuration.certificateAuthority {
            try set(CURLOPT_CAINFO, authorities)
            try set(CURLOPT_CAPATH, nil)  // else the system's authorities would be trusted besides
        } else if CurlLibrary.defaultAuthorities(pointer) != nil {
            try set(CURLOPT_CAPATH, nil)  // the same certificates again, and with a directory nothing is cached
        }
        if let certificate = request.clientCertificate {
            try set(CURLOPT_SSLCERTTYPE, "PEM")
            try set(CURLOPT_SSLCERT, certificate.certificatePath)
            try set(CURLOPT_SSLKEYTYPE, "PEM")
            try set(CURLOPT_SSLKEY, certificate.keyPath)
            if let password = certificate.keyPassword { try set(CURLOPT_KEYPASSWD, password) }
        }
    }

    private func setMethod(_ request: HTTPRequest) throws(CurlFailure) {
        switch request.method {
        case .head:
            try set(CURLOPT_NOBODY, 1)
        case .get, .delete:
            if request.body.isEmpty {
                try set(CURLOPT_HTTPGET, 1)
            } else {
                try set(CURLOPT_POST, 1)
                try setBody(request.body)
            }
            try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        case .post, .put, .patch:
            try set(CURLOPT_POST, 1)
            try setBody(request.body)
            try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    /// In libcurl's notation "Name;" is an empty field and "Name:" takes out one libcurl would add.
    private static func headerLines(_ request: HTTPRequest) -> [String] {
        var lines = request.headers.fields.map { field in
            field.value.allSatisfy(\.isWhitespace) ? "\(field.name);" : "\(field.name): \(field.value)"
        }
        lines.append("Expect:")
        if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
        return lines
    }
}
