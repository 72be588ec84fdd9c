import FoundationEssentials

/// The seeds of a target: the files in its folder below `Tests/FuzzTests/Corpus`.
package enum Corpus {
    /// - Throws: What kept the folder from being read.
    package static func seeds(of target: FuzzTarget, in folder: String) throws -> [[UInt8]] {
        let directory = "\(folder)/\(target.name)"
        return try FileManager.default.contentsOfDirectory(atPath: directory).sorted().compactMap { name in
            FileManager.default.contents(atPath: "\(directory)/\(name)").map(Array.init)
        }
    }
}
