from __future__ import annotations


def open_cell(kernel, info, asked, *, by_line):
    class C:
        def close(self, result):
            print("closed", asked.name, result and result.success)

    print("opened", asked.name)
    return C()
