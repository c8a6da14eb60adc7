"""Runs code that nobody trusts: calls go in as data, values come out as data, and a verdict where no value does.

values, protocol, frames    what crosses, and in which form
session                     the side that runs a submission
layers                      what holds a worker, put on in order: limits, landlock, seccomp
orders, zygote, worker      what starts the processes, and these; huge_pages, private and seal prepare them, bubblewrap is around them
client, link, wire          the grader's side: workers and calls, the zygote, one worker's channel
proxy, placed, signatures   what a test sees of a submission
forbidden                   calls that an exercise forbids: guard in a student's own process; watch (and slots) in a worker
counting, tensor_counting, varying, measures   work counted
placing, tensor_operations                     devices, and what graders ask of modules
"""
