// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel

extension DomainPlanner {
    /// The processor that the guest sees.
    func processor(of instance: Instance) -> DomainXML.Processor {
        var processor = DomainXML.Processor(mode: mode(of: instance))
        processor.topology = instance.processor?.topology.map { topology in
            DomainXML.Processor.Topology(
                sockets: topology.sockets, dies: topology.dies, cores: topology.cores, threads: topology.threads)
        }
        let required = instance.processor?.required ?? []
        let forced = instance.processor?.forced ?? []
        let disabled = instance.processor?.disabled ?? []
        processor.features =
            required.map { .init($0.description, .require) } + forced.map { .init($0.description, .force) }
            + disabled.map { .init($0.description, .disable) }
        processor.cells = cells(of: instance)
        return processor
    }

    /// Only a PC's processor has models between the host's own and QEMU's, and parts that keep it from migrating.
    private func mode(of instance: Instance) -> DomainXML.Processor.Mode {
        let isMigratable = instance.processor?.isMigratable
        // Trust domains have the host's own processor.
        let usual: InstanceModel.Processor.Model? =
            instance.platform.launchSecurity?.kind == .tdx ? .hostPassthrough : nil
        switch instance.processor?.model ?? usual {
        case .hostModel: return .hostModel
        case .hostPassthrough: return .hostPassthrough(isMigratable: isMigratable ?? (isPC ? true : nil))
        case .maximum: return .maximum(isMigratable: isMigratable)
        case .named(let name): return .custom(model: name.description)
        case nil where facts.accelerator == .kvm: return isPC ? .hostModel : .hostPassthrough(isMigratable: nil)
        case nil: return .maximum(isMigratable: nil)
        }
    }
}
