#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Makes an assembler file that puts articles into the program, with the table that user/judge/library.c
# reads: tools/embed-articles.sh FILE.md...
#
# Exit status: 0.
set -eu
rows=
number=0

echo '	.section .rodata, "a"'
for file in "$@"; do
	printf 'article_%d:\n	.incbin "%s"\narticle_%d_end:\n	.byte 0\n' "$number" "$file" "$number"
	rows="$rows	.quad name_$number, article_$number, article_${number}_end
"
	printf 'name_%d:\n	.asciz "%s"\n' "$number" "$(basename "$file" .md)"
	number=$((number + 1))
done
printf '	.section .data.rel.ro, "aw"\n	.balign 8\n	.global library_table\nlibrary_table:\n'
printf '%s	.quad 0, 0, 0\n' "$rows"
printf '	.section .note.GNU-stack, "", %%progbits\n'
