/// By which methods of a portal properties are written.
package enum OrderPropertyRoute: String, Hashable, Sendable, CaseIterable {
    /// Our module's method where the portal offers it, the portal's own ones elsewhere.
    case automatic = "auto"
    /// Our module's method.
    case module
    /// The portal's own methods: read all, change some, write all, read back.
    case rest
}
