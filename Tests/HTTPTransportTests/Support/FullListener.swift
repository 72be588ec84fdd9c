import Glibc

/// A port that takes no more connections: its queue is full and nobody accepts.
struct FullListener {
    let port: Int
    private let descriptors: [Int32]

    init() {
        let (listener, port) = LoopbackSocket.listen(backlog: 0)
        self.port = port
        descriptors = [listener] + (0..<4).map { _ in LoopbackSocket.connect(port: port, waiting: false) }
    }

    func close() {
        for descriptor in descriptors { Glibc.close(descriptor) }
    }
}
