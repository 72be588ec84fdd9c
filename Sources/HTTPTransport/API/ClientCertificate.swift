/// The certificate and key a client shows to a server that asks for one, as PEM files.
///
/// Both files are read for every new connection, so replaced files take effect with the next connection.
package struct ClientCertificate: Hashable, Sendable {
    /// Path of the certificate, intermediates after it.
    package var certificatePath: String
    /// Path of the private key.
    package var keyPath: String
    /// Passphrase of the key, nil when it is not encrypted.
    package var keyPassword: String?

    package init(certificatePath: String, keyPath: String, keyPassword: String? = nil) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.keyPassword = keyPassword
    }
}

extension ClientCertificate: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The paths, never the passphrase.
    package var description: String { "client certificate \(certificatePath), key \(keyPath)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror {
        Mirror(self, children: ["certificatePath": certificatePath, "keyPath": keyPath])
    }
}
