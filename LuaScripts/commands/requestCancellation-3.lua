-- Ask whichever worker processes a job to cancel it. An extension: other clients neither send nor hear this.
--
-- KEYS: 1 job, 2 active, 3 cancellations
-- ARGV: 1 id, 2 reason, or empty, 3 id of the request, 4 ms for which requests are kept
-- Returns 1, -1 job missing, -3 job not active.
local rcall = redis.call
if rcall('EXISTS', KEYS[1]) == 0 then
  return -1
end
if not rcall('LPOS', KEYS[2], ARGV[1]) then
  return -3
end
rcall('XADD', KEYS[3], 'MAXLEN', '~', '1000', '*', 'jobId', ARGV[1], 'request', ARGV[3], 'reason', ARGV[2])
rcall('PEXPIRE', KEYS[3], ARGV[4])
return 1
