import CCurl
import Glibc

// Every callback runs on the loop's thread, inside a call the loop makes. The pointers stay valid: the loop outlives
// its multi handle and sockets, and keeps each transfer until its easy handle is out of the multi handle.

extension TransferLoop {
    private static func from(_ pointer: UnsafeMutableRawPointer?) -> TransferLoop? {
        pointer.map { Unmanaged<TransferLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func transfer(_ pointer: UnsafeMutableRawPointer?) -> Transfer? {
        pointer.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private var opaque: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// What libcurl waits for: sockets and one timer.
    func installCallbacks() {
        ccurl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, opaque)
        ccurl_multi_set_socket_function(multi) { _, socket, what, loop, _ in
            TransferLoop.from(loop)?.poller.watch(socket, what)
            return 0
        }
        ccurl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, opaque)
        ccurl_multi_set_timer_function(multi) { _, milliseconds, loop in
            TransferLoop.from(loop)?.timer =
                milliseconds < 0 ? nil : ContinuousClock.now.advanced(by: .milliseconds(milliseconds))
            return 0
        }
    }

    /// What a transfer is told by libcurl.
    func install(_ transfer: Transfer, on handle: EasyHandle) throws(CurlFailure) {
        let owner = Unmanaged.passUnretained(transfer).toOpaque()
        try handle.set(CURLOPT_PRIVATE, owner)
        try handle.set(CURLOPT_HEADERDATA, owner)
        try handle.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, owner in
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return TransferLoop.transfer(owner)?.collector.takeLine(line) == true ? line.count : 0
        }
        try handle.set(CURLOPT_WRITEDATA, owner)
        try handle.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, owner in
            let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
            // Less than was offered makes libcurl end the transfer; 0 would not for an empty piece.
            return TransferLoop.transfer(owner)?.collector.takeBody(piece) == true ? piece.count : piece.count &- 1
        }
        try handle.set(CURLOPT_PREREQDATA, owner)
        try handle.setPrereqFunction { owner, remoteAddress, localAddress, remotePort, localPort in
            guard let transfer = TransferLoop.transfer(owner), let remoteAddress, let localAddress else {
                return CURL_PREREQFUNC_ABORT
            }
            let connection = SocketRegistry.Connection(
                localAddress: String(cString: localAddress), localPort: localPort,
                remoteAddress: String(cString: remoteAddress), remotePort: remotePort)
            return transfer.mayStart(on: connection) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
        try installSocketCallbacks(on: handle, owner: owner)
    }

    private func installSocketCallbacks(
        on handle: EasyHandle, owner: UnsafeMutableRawPointer
    ) throws(CurlFailure) {
        try handle.set(CURLOPT_OPENSOCKETDATA, owner)
        try handle.set(CURLOPT_CLOSESOCKETDATA, opaque)  // connections outlive the transfer that opened them
        try handle.setSocketFunctions(
            open: { owner, _, address in
                guard let transfer = TransferLoop.transfer(owner), let address = address?.pointee else {
                    return CURL_SOCKET_BAD
                }
                // Close-on-exec from the start, for a child process may be started by any other thread meanwhile.
                let socket = socket(
                    address.family, address.socktype | Int32(SOCK_CLOEXEC.rawValue), address.protocol)
                if socket >= 0 { transfer.opened(socket) }
                return socket
            },
            close: { loop, socket in
                TransferLoop.from(loop)?.sockets.forget(socket)
                return close(socket)
            })
    }
}
