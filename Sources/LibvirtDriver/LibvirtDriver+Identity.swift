// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

extension LibvirtDriver {
    /// How many identities are tried: addresses of 24 bits that meet eight times mean that something else is wrong.
    private static let identities = 8

    /// Plans and makes an instance under a new identity, and plans it anew under another where what follows from the
    /// identity, its UUID and the addresses that the document does not give, is taken. What was asked for is never
    /// replaced by something else: where that is taken, too, there is a conflict.
    func choosingIdentity<Result>(
        for instance: Instance, _ body: (InstanceID) async throws(ComputeError) -> Result
    ) async throws(ComputeError) -> Result {
        for _ in 1..<Self.identities {
            let id = configuration.newIdentity()
            do throws(ComputeError) {
                return try await choosingProcessors(for: instance) { () throws(ComputeError) in try await body(id) }
            } catch {
                guard error.code == .conflict, error.outcome == .didNotHappen else { throw error }
                guard
                    try journals.existing()?.holders(of: instance.claims(chosenWith: id)).isEmpty == false
                else { throw error }
            }
        }
        return try await body(configuration.newIdentity())
    }

    /// How often processors are chosen: each time that others were quicker there are fewer to choose from.
    private static let choices = 64

    /// Plans and does anew what lost a processor, which was chosen for the instance, to another that was quicker.
    func choosingProcessors<Result>(
        for instance: Instance, _ body: () async throws(ComputeError) -> Result
    ) async throws(ComputeError) -> Result {
        for _ in 1..<Self.choices {
            do throws(ComputeError) {
                return try await body()
            } catch {
                guard error.outcome == .didNotHappen, instance.lostProcessor(in: error) else { throw error }
            }
        }
        return try await body()
    }
}

extension Instance {
    /// Whether another instance was quicker to take one of the host's processors that were chosen for this one.
    fileprivate func lostProcessor(in conflict: ComputeError) -> Bool {
        conflict.code == .conflict && processor?.tuning.dedicated == .chosen
            && conflict.subject.hasPrefix(Claim.Kind.cpu.rawValue + " ")
    }

    /// What the instance takes because of its identity, and not because it was asked for.
    fileprivate func claims(chosenWith id: InstanceID) -> [Claim] {
        let addresses = interfaces.indices.filter { interfaces[$0].mac == nil }.map { index in
            Claim(.mac, MACAddress.derived(for: id, index: index).description)
        }
        return [Claim(.uuid, id.description)] + addresses
    }
}
