-- Decimal text of a number: some servers write a large whole number with an exponent when it is handed to a command.
local function numberText(number)
  return number % 1 == 0 and math.abs(number) < 1e15 and string.format('%d', number) or string.format('%.17g', number)
end
