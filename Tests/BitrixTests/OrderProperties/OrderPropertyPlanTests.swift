import Bitrix
import Testing

@Suite struct OrderPropertyPlanTests {
    private let catalogue = OrderPropertyCatalogue([
        OrderProperty(id: 1, personTypeID: 1, code: "FN"), OrderProperty(id: 2, personTypeID: 1, code: "FD"),
        OrderProperty(id: 3, personTypeID: 1, code: "EMAIL"),
        OrderProperty(id: 4, personTypeID: 1, code: "PHOTO", isFragile: true),
        OrderProperty(id: 9, personTypeID: 2, code: "FN"), OrderProperty(id: 10, personTypeID: 2, code: "FN"),
        OrderProperty(id: 20, personTypeID: 3, code: "FN", isFragile: true),
    ])

    private let write = OrderPropertyWrite(
        orderID: 1, values: [.init(code: "fn", text: "9999"), .init(code: "FD", text: "17")])

    private func plan(_ stored: [StoredPropertyValue], personType: Int64 = 1) -> OrderPropertyPlan {
        OrderPropertyPlan(write, personTypeID: personType, stored: stored, catalogue: catalogue)
    }

    private func stored(_ property: Int64?, _ value: BitrixValue) -> StoredPropertyValue {
        StoredPropertyValue(propertyID: property, code: "C", value: value)
    }

    @Test func everyOtherValueGoesBackAsItIs() {
        let plan = plan([stored(3, "a@example.ru"), stored(1, "old")])
        #expect(
            plan.step
                == .replace([
                    PlannedPropertyValue(propertyID: 3, value: "a@example.ru"),
                    PlannedPropertyValue(propertyID: 1, value: "9999"),
                    PlannedPropertyValue(propertyID: 2, value: "17"),
                ]))
        #expect(plan.missing.isEmpty)
    }

    @Test func whatStandsThereIsNotWrittenAgain() {
        #expect(plan([stored(2, 17), stored(1, "9999"), stored(4, ["id": 7])]).step == .alreadyThere)
        #expect(plan([stored(2, 17), stored(1, "9998")]).step != .alreadyThere)
    }

    @Test(arguments: [
        StoredPropertyValue(propertyID: 4, code: "PHOTO", value: "77"),
        StoredPropertyValue(propertyID: 4, code: "PHOTO", value: ["id": 77]),
        StoredPropertyValue(propertyID: 3, code: "EMAIL", value: ["a", "b"]),
        StoredPropertyValue(propertyID: 3, code: "EMAIL", value: true),
        StoredPropertyValue(propertyID: 77, code: "GONE", value: "x"),
        StoredPropertyValue(propertyID: nil, code: "", value: "x"),
    ])
    func whatWouldBeDamagedIsRefused(row: StoredPropertyValue) {
        let name = row.code.isEmpty ? "a deleted property" : row.code
        #expect(plan([row]).step == .refuse(properties: [name]))
    }

    @Test func twoRowsOfOnePropertyAreSeveralValues() {
        #expect(plan([stored(3, "a"), stored(3, "b")]).step == .refuse(properties: ["C", "C"]))
    }

    @Test(arguments: [BitrixValue.null, "", [], [:]])
    func anEmptyFileIsNoLoss(value: BitrixValue) {
        guard case .replace = plan([stored(4, value)]).step else {
            Issue.record("nothing is lost where nothing is")
            return
        }
    }

    @Test func propertiesBelongToAPersonType() {
        let plan = plan([], personType: 2)
        #expect(plan.step == .replace([PlannedPropertyValue(propertyID: 9, value: "9999")]), "the eldest of two")
        #expect(plan.missing == ["FD"])
        #expect(self.plan([], personType: 5).step == .nothing)
        #expect(self.plan([], personType: 5).missing == ["fn", "FD"])
    }

    @Test func aPropertyOfOursMustTakeOneValue() {
        #expect(plan([], personType: 3).step == .refuse(properties: ["FN"]))
    }
}
