import Sandbox

/// A shop as a test wants it configured.
struct ShopSpec: Sendable {
    var name = "main"
    /// Name of its account in the sandbox; nil: shadow mode.
    var account: String? = "main"
    /// Accounts that it used before.
    var former: [String] = []
    var doubt = "resend"
    var password = Sample.password
    /// Of a request to its provider: as long as ``Stage``'s lease allows, since an answer that is merely slow, on a busy
    /// machine, must not count as none.
    var timeout = "4s"
    /// Further settings of its provider, e.g. `first_poll: 10m`, separated by commas.
    var provider = ""
    var taxSystem = "osn"
    /// Name of its portal in the sandbox; nil: none.
    var portal: String? = "main"
    /// Whether the portal is called by an application, not by a webhook.
    var usesApplication = false
    /// Further settings of its portal, e.g. `comment: true`, with commas between them.
    var writeback = ""
    /// Further settings of the shop, e.g. `fiscal_deadline: 60s`, one each.
    var more: [String] = []

    func yaml(_ address: SandboxAddress) -> String {
        var lines = [
            "  \(name):",
            """
                company: { inn: "7712345671", sno: \(taxSystem), email: "kassa@shop.example.ru", \
            payment_address: "https://shop.example.ru", ffd: "1.05" }
            """,
        ]
        if let account {
            lines.append("    provider: \(provider(account, address))")
        } else {
            lines.append("    provider: { kind: none }")
        }
        if !former.isEmpty {
            lines.append("    former_providers:")
            for name in former { lines.append("      \(name): \(provider(name, address))") }
        }
        if let portal {
            let access = usesApplication ? application(portal, address) : webhook(portal, address)
            lines.append("    bitrix: { \(([access] + [writeback].filter { !$0.isEmpty }).joined(separator: ", ")) }")
        }
        return (lines + more.map { "    \($0)" }).joined(separator: "\n") + "\n"
    }

    private func webhook(_ portal: String, _ address: SandboxAddress) -> String {
        #"webhook_url: "\#(address.webhookURL(of: Self.portal(portal)))""#
    }

    private func application(_ portal: String, _ address: SandboxAddress) -> String {
        """
        oauth: { portal: "\(address.url)\(Self.portal(portal).basePath)", client_id: local.sandbox, \
        client_secret: \(Sample.clientSecret), server: "\(address.url)" }
        """
    }

    private func provider(_ account: String, _ address: SandboxAddress) -> String {
        """
        { kind: cloudkassir, base_url: "\(address.url(of: Self.account(account)))", login: \(account), \
        password: "\(password)", timeout: \(timeout), doubt: \(doubt)\(provider.isEmpty ? "" : ", " + provider) }
        """
    }

    /// The stand-in for an account: it fiscalises at once, so that the first poll brings the result.
    static func account(_ name: String) -> CloudKassirAccount {
        CloudKassirAccount(
            name: name, basePath: "/cloudkassir/\(name)/v1", login: name, password: Sample.password, polls: 0)
    }

    /// A portal with an application that can be installed.
    static func portalOfApplication(_ name: String) -> BitrixPortal {
        var portal = portal(name)
        portal.applications = [BitrixPortal.Application(clientSecret: Sample.clientSecret)]
        return portal
    }

    static func portal(_ name: String) -> BitrixPortal {
        BitrixPortal(
            name: name, basePath: "/portal/\(name)", webhooks: [BitrixPortal.Webhook(code: Sample.webhookCode)])
    }
}
