import FoundationEssentials

/// Where the repository lies, by the place of this source file.
package enum RepositoryRoot {
    /// An absolute path without a slash at its end; symbolic links on the way to this file are followed.
    package static var path: String {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath().path(percentEncoded: false)
        return "/" + file.split(separator: "/").dropLast(3).joined(separator: "/")
    }
}
