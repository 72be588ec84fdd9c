import CPostgres
import Glibc

/// Threads of this module: named for `top -H` and gdb, and out of the way of signals.
package enum NamedThread {
    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Runs `body` on a new detached thread. Of `name` the kernel keeps 15 bytes.
    ///
    /// Asynchronous signals stay with the program's own threads, and SIGPIPE, which libpq's TLS can raise, is never
    /// delivered here.
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(Body(name: name, run: body)).toOpaque()
        let status = pthread_create(&thread, nil, enter, argument)
        precondition(status == 0, "no thread: the process or the machine has none left (error \(status))")
        pthread_detach(thread)
    }

    private static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        cpostgres_name_thread(String(decoding: body.name.utf8.prefix(15), as: UTF8.self))
        var blocked = sigset_t()
        sigemptyset(&blocked)
        for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGUSR1, SIGUSR2, SIGALRM] {
            sigaddset(&blocked, signal)
        }
        pthread_sigmask(SIG_BLOCK, &blocked, nil)
        body.run()
        return nil
    }
}
