import CCurl
import Glibc

/// A thread that runs one closure.
struct LoopThread: Sendable {
    private let thread: pthread_t

    /// - Precondition: The process may start a thread.
    init(name: String, _ body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, start.toOpaque())
        precondition(code == 0, "no thread: \(String(cString: strerror(code)))")
        self.thread = thread
    }

    /// Waits for the end. Exactly one of ``join()`` and ``detach()`` is called, once.
    func join() {
        pthread_join(thread, nil)
    }

    func detach() {
        pthread_detach(thread)
    }

    /// What the new thread gets.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            // OpenSSL writes to sockets without MSG_NOSIGNAL; a SIGPIPE blocked in the thread it is meant for never
            // comes. Other signals are for other threads.
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, nil)
            ccurl_name_this_thread(name)
            body()
        }
    }
}
