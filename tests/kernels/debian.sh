# shellcheck shell=bash
# Debian's packages of any release and architecture, without a trace in this machine's own apt: lists
# and downloads live in $apt, a directory of the caller's. Sourced by fetch-kernel.sh and
# fetch-libraries.sh, which set $apt and $arch.
# shellcheck disable=SC2154

# This machine's own mirror, by the label that it carries: Debian or Debian-Security.
# shellcheck disable=SC2016	# apt expands it
debian_mirror() {
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
		awk -v label="$1" '$1 == label { print $2; exit }'
}

# debian_apt apt-get|apt-cache ARGUMENT...
debian_apt() {
	local tool=$1
	shift
	"$tool" -qq -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" \
		-o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- \
		-o APT::Architecture="$arch" -o APT::Architectures="$arch" \
		-o APT::Sandbox::User=root "$@"
}

# debian_use MIRROR SUITE: what debian_apt knows from now on
debian_use() {
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $1 $2 main" \
		>"$apt/sources.list"
	debian_apt apt-get update >&2
}
