import FoundationEssentials
import Sandbox
import Testing

struct ModuleFolderTests {
    @Test func isFoundAboveAPlaceInTheCheckoutAndNowhereElse() throws {
        let here = #filePath
        let folder = try #require(ModuleFolder(above: ["/nowhere", here]))
        #expect(folder.path.hasSuffix("/deploy/bitrix"))
        #expect(here.hasPrefix(String(folder.path.dropLast("deploy/bitrix".count))))
        #expect(ModuleFolder(above: ["/", "/nowhere/at/all", ""]) == nil)
    }
}
