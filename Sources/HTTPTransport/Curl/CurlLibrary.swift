import CCurl

/// libcurl's process-wide state.
enum CurlLibrary {
    private static let outcome = curl_global_init(Int(CURL_GLOBAL_ALL))

    /// Once per process, before the first handle.
    static func initialize() {
        precondition(outcome == CURLE_OK, "libcurl cannot be initialised")
    }

    /// The default file of trusted authorities libcurl was built with, nil when it was built with none.
    static func defaultAuthorities(_ handle: UnsafeMutableRawPointer) -> String? {
        var path: UnsafeMutablePointer<CChar>?
        guard ccurl_get_string(handle, CURLINFO_CAINFO, &path) == CURLE_OK, let path else { return nil }
        return String(cString: path)
    }
}
