import CCurl

/// libcurl's answer to a call on an easy handle that was not `CURLE_OK`.
struct CurlFailure: Error {
    let code: CURLcode

    var message: String { String(cString: curl_easy_strerror(code)) }
}
