import Bitrix
import HTTPTransport
import Testing

@Suite struct OrderPropertyDirectoryTests {
    @Test func theCatalogueIsReadOnceForAllWhoAsk() async throws {
        let portal = OrderPortal { _ in }
        let directory = OrderPropertyDirectory(portal.client)
        try await withThrowingTaskGroup(of: OrderPropertyCatalogue.self) { group in
            for _ in 0..<20 { group.addTask { try await directory.catalogue() } }
            for try await catalogue in group {
                #expect(catalogue.property(code: "cloudkassir_fn", personTypeID: 2)?.id == 11)
            }
        }
        #expect(portal.snapshot.requests.count == 1)
    }

    @Test func itIsReadAgainWhenItIsTooOldOrForgotten() async throws {
        let portal = OrderPortal { _ in }
        let client = portal.client
        let brief = OrderPropertyDirectory(client, lifetime: .zero)
        _ = try await brief.catalogue()
        _ = try await brief.catalogue()
        #expect(portal.snapshot.requests.count == 2)
        let directory = OrderPropertyDirectory(client)
        _ = try await directory.catalogue()
        _ = try await directory.catalogue(notOlderThan: .zero)
        await directory.invalidate()
        _ = try await directory.catalogue()
        #expect(portal.snapshot.requests.count == 5)
    }

    @Test func aFailureIsNotRemembered() async throws {
        let portal = OrderPortal { state in state.failing = [1: .init(.connect, reach: .notSent)] }
        let directory = OrderPropertyDirectory(portal.client)
        await #expect(throws: BitrixFault.self) { try await directory.catalogue() }
        _ = try await directory.catalogue()
    }

    @Test func aPortalWithManyPropertiesIsWalkedThrough() async throws {
        let portal = OrderPortal { state in
            state.properties = (1...120).map { (Int64($0), 1, "P\($0)", "STRING", $0 == 120) }
        }
        let catalogue = try await OrderPropertyDirectory(portal.client).catalogue()
        #expect(catalogue.property(id: 120)?.isFragile == true && portal.snapshot.requests.count == 3)
    }
}
