// Owns the things done to marked pictures, as argument lists of ImageMagick.

import Foundation

struct Attack {
    let name: String
    /// Whether 95 % must survive.
    let required: Bool
    /// Each step writes the format named last and reads the one before.
    let steps: [Step]

    struct Step {
        var arguments: [String]
        var format = "ppm"
    }

    init(_ name: String, required: Bool = false, _ steps: Step...) {
        self.name = name
        self.required = required
        self.steps = steps
    }

    func apply(to pixmap: Pixmap) throws -> Pixmap {
        var data = pixmap.portable
        var format = "ppm"
        for step in steps {
            let arguments = step.arguments.map { $0.replacing("{size}", with: "\(pixmap.width)x\(pixmap.height)") }
            data = try CommandLineTool.convert.run(["\(format):-"] + arguments + ["\(step.format):-"], input: data)
            format = step.format
        }
        if format != "ppm" {
            data = try CommandLineTool.convert.run(["\(format):-", "-depth", "8", "ppm:-"], input: data)
        }
        return try Pixmap(portable: data)
    }

    private static func jpeg(_ quality: Int, _ before: String...) -> Step {
        Step(arguments: before + ["-sampling-factor", "2x2", "-quality", "\(quality)"], format: "jpeg")
    }

    private static func webp(_ quality: Int) -> Step {
        Step(arguments: ["-quality", "\(quality)"], format: "webp")
    }

    private static func edit(_ arguments: String...) -> Step {
        Step(arguments: arguments + ["-depth", "8"])
    }

    /// Cuts to the given share of each side, off centre.
    private static func crop(_ share: String, _ gravity: String = "NorthWest", offset: String = "+23+11") -> Step {
        edit("-gravity", gravity, "-crop", "\(share)%x\(share)%\(offset)", "+repage")
    }

    static let all: [Attack] = [
        Attack("none"),
        Attack("JPEG q50", required: true, jpeg(50)),
        Attack("resize 50 %", required: true, edit("-resize", "50%")),
        Attack("crop, 75 % of the area left", required: true, crop("86.6")),
        Attack(
            "rotation 1°, cut to size", required: true,
            edit("-rotate", "1", "-gravity", "center", "-crop", "{size}+0+0", "+repage")),
        Attack("brightness +15 %", required: true, edit("-brightness-contrast", "15x0")),
        Attack("brightness -15 %", required: true, edit("-brightness-contrast", "-15x0")),
        Attack("contrast +15 %", required: true, edit("-brightness-contrast", "0x15")),
        Attack("contrast -15 %", required: true, edit("-brightness-contrast", "0x-15")),
        Attack("PNG, then JPEG q70", required: true, Step(arguments: [], format: "png"), jpeg(70)),
        Attack("WebP q60", required: true, webp(60)),
        Attack("JPEG q30", jpeg(30)),
        Attack("JPEG q20", jpeg(20)),
        Attack("WebP q30", webp(30)),
        Attack("resize 75 % + JPEG q75", jpeg(75, "-resize", "75%")),
        Attack("resize 50 % + JPEG q75", jpeg(75, "-resize", "50%")),
        Attack("resize 37 % + JPEG q75", jpeg(75, "-resize", "37%")),
        Attack("resize 150 % + JPEG q75", jpeg(75, "-resize", "150%")),
        Attack("crop, 50 % left + JPEG q75", crop("70.7"), jpeg(75)),
        Attack("crop, 25 % left", crop("50")),
        Attack("crop, 25 % left, of the middle", crop("50", "Center")),
        Attack("crop, 25 % left, of the lower right", crop("50", "SouthEast")),
        Attack(
            "crop, 25 % left, cut between those", crop("75", "Center", offset: "+0+0"), crop("66.67", offset: "+0+0")),
        Attack("crop, 25 % left + JPEG q75", crop("50"), jpeg(75)),
        Attack("crop 75 % + resize 70 % + JPEG q70", crop("86.6"), jpeg(70, "-resize", "70%")),
        Attack(
            "rotation 2° + JPEG q75", jpeg(75, "-rotate", "2", "-gravity", "center", "-crop", "{size}+0+0", "+repage")),
        Attack("rotation 5°", edit("-rotate", "5", "-gravity", "center", "-crop", "{size}+0+0", "+repage")),
        Attack("rotation 90°", edit("-rotate", "90")),
        Attack("mirror + JPEG q75", jpeg(75, "-flop")),
        Attack("aspect 100x95 %", edit("-resize", "100x95%!")),
        Attack("gamma 1.5", edit("-gamma", "1.5")),
        Attack("equalised histogram", edit("-equalize")),
        Attack("blur σ 1", edit("-blur", "0x1")),
        Attack("blur σ 2", edit("-blur", "0x2")),
        Attack("sharpen", edit("-unsharp", "0x1+1.5+0")),
        Attack("median 3x3", edit("-median", "1")),
        Attack("Gaussian noise σ ≈ 8", edit("-seed", "1", "-attenuate", "0.4", "+noise", "Gaussian")),
        Attack("16 grey levels a channel", edit("-posterize", "16")),
        Attack(
            "perspective, corners by 3 %",
            edit("-distort", "Perspective", "0,0 3,9 100,0 100,0 100,100 97,100 0,100 0,97")),
    ]
}
