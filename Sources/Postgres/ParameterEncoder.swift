import CPostgres

/// Lays parameters out in memory as `PQsendQueryParams` wants them, in one buffer that is used again.
final class ParameterEncoder {
    private(set) var types: [Oid] = []
    private(set) var lengths: [Int32] = []
    private(set) var formats: [Int32] = []
    private var offsets: [Int] = []
    private let buffer = ByteBuffer()

    /// Lays out `parameters`; what was there before is gone.
    func encode(_ parameters: [Parameter]) {
        buffer.removeAll()
        types.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        for parameter in parameters { append(parameter) }
    }

    /// Where each value lies, `nil` for NULL. Valid until the next ``encode(_:)``.
    var values: [UnsafePointer<CChar>?] {
        offsets.map { offset in
            guard offset >= 0 else { return nil }
            return buffer.bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
        }
    }

    private func append(_ parameter: Parameter) {
        let start = buffer.count
        var isText = false
        var type = parameter.content.oid
        switch parameter.content {
        case .null: break
        case .text(let text) where !text.utf8.contains(0):
            isText = true
            buffer.append(text)
            buffer.append(UInt8(0))  // libpq measures text by its end
        case .text(let text):
            type = TypeOID.text  // with its length, so that the server sees U+0000 and refuses it
            buffer.append(text)
        default: parameter.content.encode(into: buffer)
        }
        types.append(type)
        formats.append(isText ? 0 : 1)
        lengths.append(Int32(buffer.count - start))
        if case .null = parameter.content { offsets.append(-1) } else { offsets.append(start) }
    }
}
