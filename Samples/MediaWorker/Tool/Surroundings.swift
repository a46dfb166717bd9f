// What an operation needs from this process's environment: read only for the operations that need it, so that a wrong
// setting of one does not stop the others.

import LanguageModel
import MediaJobs
import MediaProcessing

struct Surroundings {
    private(set) var model: LanguageModelClient?
    private(set) var keys: WatermarkKeyring?
    private(set) var scanner: VirusScanner?

    init(of operation: any MediaOperation, environment: [String: String]) throws {
        switch operation {
        case is GenerateCaptions:
            do {
                model = try LanguageModelConfiguration(environment: environment).map { LanguageModelClient($0) }
            } catch let error as LanguageModelError {
                throw MediaError(.capabilityMissing, error.message)
            }
        case is any KeyedOperation: keys = try WatermarkKeyring(environment: environment)
        case is ProcessUpload: scanner = try VirusScanner(environment: environment)
        default: break
        }
    }
}
