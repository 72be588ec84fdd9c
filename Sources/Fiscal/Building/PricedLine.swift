/// An order line that has passed its checks, with its amounts in kopecks.
struct PricedLine {
    /// Position in the order.
    let position: Int
    /// The plain rate.
    let vat: VATRate
    /// Per unit, VAT included (C1, C2).
    let price: Money
    let quantity: Quantity
    /// Half-up of price × quantity (C3).
    let gross: Money
    /// Gross less the line's share of the order's discount (C6).
    var net: Money

    /// Checks one line in the order of C4 and prices it (C1 to C3).
    ///
    /// - Throws: ``FiscalFault`` `quantity_precision`, `quantity_nonpositive`, `limit_quantity`, `price_negative`,
    ///   `measure_required`, the codes of C14, `marks_mismatch`: the first that applies.
    ///   Besides, `price_invalid` for more than four decimals, and after all of these `limit_sum` where 64 bits cannot hold
    ///   the sum.
    init(_ line: OrderLine, at position: Int, rateDate: CivilDate, sno: TaxSystem) throws(FiscalFault) {
        self.position = position
        quantity = try CheckedQuantity.checked(line.quantity, at: FieldPath.item(position).field("quantity"))
        let unitPrice: UnitPrice?
        do {
            unitPrice = try Self.unitPrice(of: line, at: position)
        } catch  where error.code == .limitSum {
            unitPrice = nil
        }
        guard quantity.isWhole || line.measure != .piece else {
            throw FiscalFault(
                .measureRequired, at: FieldPath.item(position).field("measure"), found: quantity.description)
        }
        vat = try VATRate.usable(
            line.vat, on: rateDate, under: line.sno ?? sno, isAgentItem: line.agent != nil,
            at: FieldPath.item(position).field("vat_rate"))
        guard line.marks.isEmpty || Int64(line.marks.count) * 1000 == quantity.thousandths else {
            throw FiscalFault(
                .marksMismatch, at: FieldPath.item(position).field("marks"), found: String(line.marks.count),
                limit: quantity.description)
        }
        guard let unitPrice else { throw .limitSum(at: FieldPath.item(position).field("price")) }
        do {
            price = try unitPrice.inKopecks(adding: line.isVATIncluded ? 0 : vat.percent)
            gross = try price.times(quantity)
        } catch {
            throw .limitSum(at: FieldPath.item(position).field("price"))
        }
        net = gross
    }

    static func unitPrice(of line: OrderLine, at position: Int) throws(FiscalFault) -> UnitPrice {
        let field = { FieldPath.item(position).field("price") }
        do {
            let price = try UnitPrice(exactly: line.price)
            if price.tenThousandths >= 0 { return price }
        } catch .outOfRange where !line.price.isNegative {
            throw .limitSum(at: field())
        } catch  where !line.price.isNegative {
            throw FiscalFault(.priceInvalid, at: field(), found: line.price.description)
        } catch {
            // Negative and besides too long: that it is negative is what C4 names.
        }
        throw FiscalFault(.priceNegative, at: field(), found: line.price.description)
    }
}

/// A quantity of an order line or a return, checked in the order of C4.
enum CheckedQuantity {
    /// - Throws: ``FiscalFault`` `quantity_precision`, `quantity_nonpositive`, `limit_quantity`.
    static func checked(
        _ decimal: ExactDecimal, at field: @autoclosure () -> FieldPath
    ) throws(FiscalFault) -> Quantity {
        let quantity: Quantity
        do {
            quantity = try Quantity(exactly: decimal)
        } catch .outOfRange {
            guard decimal.isPositive else {
                throw FiscalFault(.quantityNonpositive, at: field(), found: decimal.description)
            }
            throw limit(decimal.description, at: field())
        } catch {
            throw FiscalFault(.quantityPrecision, at: field(), found: decimal.description)
        }
        guard quantity.isPositive else {
            throw FiscalFault(.quantityNonpositive, at: field(), found: decimal.description)
        }
        guard quantity <= .receiptLimit else { throw limit(decimal.description, at: field()) }
        return quantity
    }

    private static func limit(_ found: String, at field: FieldPath) -> FiscalFault {
        FiscalFault(.limitQuantity, at: field, found: found, limit: Quantity.receiptLimit.description)
    }
}

extension FiscalFault {
    /// A price, sum or total above what a receipt can hold.
    static func limitSum(at field: FieldPath) -> FiscalFault {
        FiscalFault(.limitSum, at: field, limit: Money.receiptLimit.description)
    }
}
