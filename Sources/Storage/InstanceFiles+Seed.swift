// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel
import Programs
public import SystemPackage

extension InstanceFiles {
    /// Makes the NoCloud seed of an instance, an ISO 9660 file system with the label `cidata`, or makes it anew.
    ///
    /// Host name and keys go into the meta data, so that they work with any user data; the user data is passed on as
    /// it was given. Without network data each interface is configured by DHCP, found by its MAC address.
    ///
    /// - Parameters:
    ///   - cloudInit: what cloud-init is given.
    ///   - id: the instance, whose directory exists; it is cloud-init's instance id.
    ///   - name: the instance's name, which is the host name where there is no other.
    ///   - interfaces: the MAC addresses, in the guest's order.
    /// - Returns: the seed's path; only the guest account can read it.
    /// - Throws: ``StorageError``: `userDataNotKept`, `instanceNotFound`, `noSpace`, `program`, `cancelled`.
    public func createSeed(
        _ cloudInit: CloudInit, of id: InstanceID, name: InstanceName, interfaces: [MACAddress]
    ) async throws(StorageError) -> FilePath {
        let directory = try open(id)
        let documents = try NoCloudDocuments(cloudInit, id: id, name: name, interfaces: interfaces)
        let workName = try ImageManifest.component(".seed.\(ScratchFile.randomText())")
        let work = try directory.createDirectory(workName, mode: 0o700)
        defer {
            // What a failure leaves goes with the instance's directory.
            try? DirectoryTree.remove(workName, from: directory)
        }
        for document in documents.files {
            try work.createFile(try ImageManifest.component(document.name)).write(document.content)
        }
        let files = documents.files.map { work.path.appending($0.name) }
        try await ISOProgram.make(work.path.appending(Self.seedName), of: files, runner: runner)
        let guest = guest
        try await BlockingWork.run { _ throws(StorageError) in
            guard let seed = try work.file(Self.seedName) else {
                throw .unsafePath(work.path, reason: "no seed was written")
            }
            if let guest { try seed.setOwner(userID: guest.userID, groupID: guest.groupID) }
            try seed.setMode(0o400)
            try seed.synchronize()
            try work.rename(Self.seedName, to: Self.seedName, in: directory)
            try directory.synchronize()
        }
        return seedPath(of: id)
    }
}

/// Makes ISO 9660 file systems with what the host has: xorriso, or genisoimage.
enum ISOProgram {
    static func make(_ path: FilePath, of files: [FilePath], runner: ProgramRunner) async throws(StorageError) {
        let xorriso = HostProgram("xorrisofs", package: "xorriso")
        let genisoimage = HostProgram("genisoimage", package: "xorriso")
        let common = ["-quiet", "-output", path.string, "-volid", "cidata", "-joliet", "-rational-rock"]
        let limits = ProgramLimits(wallTime: .seconds(60), addressSpace: 1 << 30, cpuTime: .seconds(30))
        let useXorriso = (try? xorriso.locate()) != nil
        let call = ProgramCall(
            useXorriso ? xorriso : genisoimage,
            // Without the first option xorriso would read start-up files of the host.
            arguments: (useXorriso ? ["--no_rc"] : []) + common + files.map(\.string), limits: limits)
        do {
            _ = try await runner.run(call)
        } catch .cancelled {
            throw .cancelled
        } catch .failed(_, _, let tail) where tail.contains("No space left on device") {
            throw .noSpace(path)
        } catch .notFound {
            throw .program(.notFound(program: "xorrisofs", package: "xorriso"))
        } catch {
            throw .program(error)
        }
    }
}
