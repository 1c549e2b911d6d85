from harness.measure.contention import Usage


def test_the_difference_of_two_readings_is_what_happened_between_them():
    told = Usage(12.0, 5.0, 30).since(Usage(10.0, 4.5, 10))
    assert told == {"wall": 2.0, "cpu": 0.5, "involuntary": 20.0}


def test_work_shows_as_cpu_time():
    before = Usage.now()
    sum(i * i for i in range(2_000_000))
    used = Usage.now().since(before)
    assert used["cpu"] > 0
    assert used["wall"] > 0
    assert used["involuntary"] >= 0
