// Owns pictures in colour, as the tools exchange them: portable pixmaps of 8 bits.

import Foundation
import InvisibleWatermark

struct Pixmap {
    let width: Int
    let height: Int
    /// Red, green, blue; rows top down.
    var bytes: [UInt8]

    struct Unreadable: Error {}

    init(width: Int, height: Int, bytes: [UInt8]) {
        self.width = width
        self.height = height
        self.bytes = bytes
    }

    /// Reads `P6` with 8 bits a channel; comments in the header are skipped.
    init(portable data: Data) throws {
        var fields: [Int] = []
        var index = data.startIndex
        guard data.starts(with: Array("P6".utf8)) else { throw Unreadable() }
        index += 2
        while fields.count < 3 {
            while index < data.endIndex, data[index] <= 32 { index += 1 }
            if index < data.endIndex, data[index] == UInt8(ascii: "#") {
                index = data[index...].firstIndex(of: UInt8(ascii: "\n")) ?? data.endIndex
                continue
            }
            var value = 0
            while index < data.endIndex, data[index] > 32 {
                value = value * 10 + Int(data[index]) - 48
                index += 1
            }
            fields.append(value)
        }
        index += 1
        (width, height) = (fields[0], fields[1])
        guard fields[2] == 255, data.endIndex - index >= 3 * width * height else { throw Unreadable() }
        bytes = Array(data[index..<index + 3 * width * height])
    }

    var portable: Data { Data("P6\n\(width) \(height)\n255\n".utf8) + bytes }

    /// The luma of BT.601, as JPEG uses it.
    func luma() throws -> LumaPlane {
        let samples = (0..<width * height).map { pixel -> Float in
            let red = 0.299 * Float(bytes[3 * pixel])
            let green = 0.587 * Float(bytes[3 * pixel + 1])
            let blue = 0.114 * Float(bytes[3 * pixel + 2])
            return red + green + blue
        }
        return try LumaPlane(width: width, height: height, samples: samples)
    }

    /// The same colours with another brightness.
    func withLuma(_ new: LumaPlane) throws -> Pixmap {
        let old = try luma()
        var changed = self
        for pixel in 0..<width * height {
            let difference = new.samples[pixel] - old.samples[pixel]
            for channel in 3 * pixel..<3 * pixel + 3 {
                changed.bytes[channel] = UInt8(min(max((Float(bytes[channel]) + difference).rounded(), 0), 255))
            }
        }
        return changed
    }

    func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> Pixmap {
        var result: [UInt8] = []
        result.reserveCapacity(3 * newWidth * newHeight)
        for row in y..<y + newHeight {
            result += bytes[3 * (row * width + x)..<3 * (row * width + x + newWidth)]
        }
        return Pixmap(width: newWidth, height: newHeight, bytes: result)
    }
}
