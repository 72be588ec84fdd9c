/// Where the repository lies, by the place of this source file.
package enum RepositoryRoot {
    /// An absolute path without a slash at its end.
    package static var path: String {
        let folders = #filePath.split(separator: "/").dropLast(3)
        return "/" + folders.joined(separator: "/")
    }
}
