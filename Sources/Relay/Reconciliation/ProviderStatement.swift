package import FiscalProviders
package import Fiscal

/// What a provider answered when it was asked about a receipt.
package enum ProviderStatement: Hashable, Sendable {
    /// Printed, with these signs; `total` is what its QR code says, nil if it says nothing that can be read.
    case printed(fn: String, fd: String, fpd: String, total: Money?)
    /// Not yet printed.
    case waiting
    /// It could not be printed; the code.
    case failed(String)
    /// It knows no such receipt.
    case unknown
    /// No usable answer; the code of the fault.
    case unasked(String)

    /// The statement in a provider's answer.
    package init(_ verdict: StatusAnswer.Verdict) {
        switch verdict {
        case .fiscalised(let receipt):
            self = .printed(
                fn: receipt.fn, fd: receipt.fd, fpd: receipt.fpd,
                total: receipt.qr.flatMap { try? QRText(parsing: $0).total })
        case .waiting: self = .waiting
        case .failed(let fault, _): self = .failed(fault.code)
        case .unknownReceipt: self = .unknown
        case .later(let fault), .throttled(let fault, _), .unauthorised(let fault): self = .unasked(fault.code)
        }
    }
}
