import Foundation
import Testing

@testable import InvisibleWatermark

@Suite("Fourier transform")
struct FourierTransformTests {
    @Test("It agrees with the definition", arguments: [2, 4, 16])
    func definition(side: Int) {
        var generator = SeededGenerator(state: 1)
        var plane = ComplexPlane(side: side)
        for index in 0..<side * side {
            plane.real[index] = generator.nextSigned()
            plane.imaginary[index] = generator.nextSigned()
        }
        let original = plane
        FourierTransform(side: side).forward(&plane)
        for kx in 0..<side {
            for ky in 0..<side {
                var (real, imaginary) = (0.0, 0.0)
                for y in 0..<side {
                    for x in 0..<side {
                        let angle = -2 * Double.pi * Double(kx * x + ky * y) / Double(side)
                        let (a, b) = (Double(original.real[y * side + x]), Double(original.imaginary[y * side + x]))
                        real += a * cos(angle) - b * sin(angle)
                        imaginary += a * sin(angle) + b * cos(angle)
                    }
                }
                #expect(abs(Double(plane.real[kx * side + ky]) - real) < 1e-4)
                #expect(abs(Double(plane.imaginary[kx * side + ky]) - imaginary) < 1e-4)
            }
        }
    }

    @Test("The inverse gives back the plane, times its size, also where columns are done in strips")
    func inverse() {
        let side = 128
        var generator = SeededGenerator(state: 2)
        var plane = ComplexPlane(side: side)
        for index in 0..<side * side { plane.real[index] = generator.nextSigned() }
        let original = plane
        let transform = FourierTransform(side: side)
        transform.forward(&plane)
        transform.inverse(&plane)
        let worst = (0..<side * side).map { abs(plane.real[$0] / Float(side * side) - original.real[$0]) }.max() ?? 1
        #expect(worst < 1e-5)
    }
}
