-- What wrk sends, and what it says at the end. Arguments after `--`, as name=value:
--   tokens   file with one bearer token a line; with it POST /media is sent, each with a job id of its own; without it GET
--   run      eight hexadecimal digits that no other run of the same Redis has: the beginning of the job ids
--   pause    mean milliseconds a connection waits before each request, exponentially distributed; without it there is no wait
--   answers  file that each answer is written to: `+<job id>` for an acknowledged job, else `<status> <body>`

local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

local function lines(path)
   local all = {}
   for line in io.lines(path) do all[#all + 1] = line end
   return all
end

local function head(token, length)
   return "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. "\r\nAuthorization: Bearer " .. token ..
      "\r\nContent-Type: application/json\r\nContent-Length: " .. length .. "\r\n\r\n"
end

local function enqueue(run, tokens)
   local first = '{"jobId":"' .. run .. string.format("-%04x-4000-8000-", number)
   local rest = '","operation":"transcoding","input_file_id":"6f1c0cf2-6f5b-4c53-9a34-0d4d8c7f3a11",' ..
      '"params":{"format":"mp4","resolution":"1080p","codec":"h264"},"priority":10}'
   local heads = {}
   for index, token in ipairs(tokens) do heads[index] = head(token, #first + 12 + #rest) .. first end
   local count = 0
   function request()
      count = count + 1
      return heads[count % #heads + 1] .. string.format("%012x", count) .. rest
   end
end

local function note(answers)
   local file = assert(io.open(answers .. "." .. number, "a"))
   -- A thread is not told when it ends: what it has not written by then would be lost.
   file:setvbuf("no")
   function response(status, _, body)
      local id = status == 200 and string.match(body, '"bullJobId":"([^"]+)"')
      file:write((id and "+" .. id or status .. " " .. string.gsub(body, "[\r\n]", " ")) .. "\n")
   end
end

function init(arguments)
   local given = {}
   for _, argument in ipairs(arguments) do
      local name, value = string.match(argument, "^(%w+)=(.*)$")
      given[name] = value
   end
   if given.tokens then enqueue(given.run, lines(given.tokens)) end
   if given.answers then note(given.answers) end
   if given.pause then
      local pause = tonumber(given.pause)
      math.randomseed(number + 1)
      function delay() return math.floor(0.5 - pause * math.log(1 - math.random())) end
   end
end

function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format(
      'RESULT {"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"max":%.3f,"refused":%d,"broken":%d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      latency.max / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
