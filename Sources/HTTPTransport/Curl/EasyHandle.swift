import CCurl

/// An easy handle with what it points to: header list and error text. Freed together, the handle first.
///
/// Belongs to the transport's thread. Out of the multi handle before the last reference goes.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?

    init() throws(CurlFailure) {
        guard let pointer = curl_easy_init() else { throw CurlFailure(code: CURLE_FAILED_INIT) }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try set(CURLOPT_ERRORBUFFER, errorText)
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    /// What libcurl wrote about the failure; may be empty.
    var errorMessage: String { String(cString: errorText) }

    /// 0 when the transfer used a kept-alive connection.
    var connectionsOpened: Int {
        var count = 0
        return ccurl_get_long(pointer, CURLINFO_NUM_CONNECTS, &count) == CURLE_OK ? count : 0
    }

    /// What `CURLOPT_PRIVATE` holds.
    static func owner(of pointer: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        var owner: UnsafeMutableRawPointer?
        return ccurl_get_pointer(pointer, CURLINFO_PRIVATE, &owner) == CURLE_OK ? owner : nil
    }

    func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
        try check(ccurl_set_long(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: String?) throws(CurlFailure) {
        try check(ccurl_set_string(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer) throws(CurlFailure) {
        try check(ccurl_set_pointer(pointer, option, value))
    }

    /// For the header and the write callback.
    func set(_ option: CURLoption, function: @escaping curl_write_callback) throws(CurlFailure) {
        try check(ccurl_set_data_function(pointer, option, function))
    }

    func setPrereqFunction(_ function: @escaping curl_prereq_callback) throws(CurlFailure) {
        try check(ccurl_set_prereq_function(pointer, function))
    }

    func setSocketFunctions(
        open: @escaping curl_opensocket_callback, close: @escaping curl_closesocket_callback
    ) throws(CurlFailure) {
        try check(ccurl_set_opensocket_function(pointer, open))
        try check(ccurl_set_closesocket_function(pointer, close))
    }

    /// Copies the body into libcurl.
    func setBody(_ body: [UInt8]) throws(CurlFailure) {
        let code = body.withUnsafeBytes { bytes in
            // An empty array may have no address, which libcurl would read as "ask the read callback".
            bytes.baseAddress.map { ccurl_set_body(pointer, $0, bytes.count) } ?? ccurl_set_body(pointer, "", 0)
        }
        try check(code)
    }

    func setHeaders(_ lines: [String]) throws(CurlFailure) {
        for line in lines {
            guard let list = curl_slist_append(headerList, line) else {
                throw CurlFailure(code: CURLE_OUT_OF_MEMORY)
            }
            headerList = list
        }
        try check(ccurl_set_list(pointer, CURLOPT_HTTPHEADER, headerList))
    }

    private func check(_ code: CURLcode) throws(CurlFailure) {
        if code != CURLE_OK { throw CurlFailure(code: code) }
    }
}
