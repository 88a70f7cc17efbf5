# install.mk: make man, install, uninstall, dist. Read by the Makefile.
#
#   PREFIX   where it goes (/usr/local); the stages into PREFIX/lib/seniority/bin, `seniority` alone into PREFIX/bin
#   DESTDIR  a folder that stands for /, for packages
#
# The manual needs scdoc. `make man` fails without it; `make install` says so, and installs the rest.
# `sudo make install` leaves nothing of root's in the tree: what is still to be built is built by the tree's owner.

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/seniority
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
# packaging/seniority looks for it at ../lib/seniority from where it lies itself
HOMEDIR = $(DESTDIR)$(PREFIX)/lib/seniority
INSTALL ?= install
SCDOC ?= scdoc

MAN := $(BUILD)/man
# man/s3ls.1.scd is seniority-s3ls(1): Debian has another package with an s3ls(1).
PAGES := $(patsubst man/%.scd,$(MAN)/seniority-%,$(filter-out man/seniority.1.scd,$(wildcard man/*.scd))) $(MAN)/seniority.1
COMPLETIONS := $(BUILD)/completions/seniority $(BUILD)/completions/_seniority
DOCS := README.md CHANGELOG.md config.yaml.example
# Pages and completions are made of what the programs say of themselves.
TABLES := packaging/tables.sh packaging/seniority pipeline.sh populate.sh $(PROGRAMS:%=$(BIN)/%)

.PHONY: man completions install uninstall dist

man: $(PAGES)
completions: $(COMPLETIONS)

make_page = SENIORITY_BIN=$(abspath $(BIN)) packaging/manual.sh $(basename $(notdir $<)) $(VERSION) <$< >$@.scd && \
	$(SCDOC) <$@.scd >$@.new && mv $@.new $@

$(MAN)/seniority.1: man/seniority.1.scd packaging/manual.sh $(TABLES)
	@mkdir -p $(@D)
	$(make_page)

$(MAN)/seniority-%: man/%.scd packaging/manual.sh $(TABLES)
	@mkdir -p $(@D)
	$(make_page)

$(BUILD)/completions/seniority: packaging/completions.sh $(TABLES)
	@mkdir -p $(@D)
	SENIORITY_BIN=$(abspath $(BIN)) packaging/completions.sh bash >$@.new && mv $@.new $@

$(BUILD)/completions/_seniority: packaging/completions.sh $(TABLES)
	@mkdir -p $(@D)
	SENIORITY_BIN=$(abspath $(BIN)) packaging/completions.sh zsh >$@.new && mv $@.new $@

# Root in the tree of somebody else builds as that user, else `make clean` would fail for them.
as_owner = $(shell [ "$$(id -u)" != 0 ] || stat -c '%u %g' . | { read -r user group && [ "$$user" = 0 ] || \
	echo "setpriv --reuid=$$user --regid=$$group --clear-groups --"; })

install:
	$(as_owner) $(MAKE) --no-print-directory all completions $(if $(shell command -v $(SCDOC)),man)
	$(INSTALL) -d $(HOMEDIR)/bin $(HOMEDIR)/packaging $(DESTDIR)$(BINDIR) $(DESTDIR)$(DOCDIR)
	$(INSTALL) -m 755 $(PROGRAMS:%=$(BIN)/%) $(HOMEDIR)/bin
	$(INSTALL) -m 755 pipeline.sh populate.sh $(HOMEDIR)
	find share -type d -exec $(INSTALL) -d $(HOMEDIR)/{} \;
	find share -type f ! -perm -u+x -exec $(INSTALL) -m 644 {} $(HOMEDIR)/{} \;
	find share -type f -perm -u+x -exec $(INSTALL) -m 755 {} $(HOMEDIR)/{} \;
	$(INSTALL) -m 644 packaging/debian.sh $(HOMEDIR)/packaging
	$(INSTALL) -m 755 packaging/seniority $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 644 $(DOCS) $(DESTDIR)$(DOCDIR)
	$(INSTALL) -m 644 .env.example $(DESTDIR)$(DOCDIR)/env.example
	find docs $(wildcard monitoring) -type f -exec $(INSTALL) -D -m 644 {} $(DESTDIR)$(DOCDIR)/{} \;
	$(INSTALL) -D -m 644 $(BUILD)/completions/seniority $(DESTDIR)$(BASHCOMPDIR)/seniority
	$(INSTALL) -D -m 644 $(BUILD)/completions/_seniority $(DESTDIR)$(ZSHCOMPDIR)/_seniority
ifneq ($(shell command -v $(SCDOC)),)
	for page in $(PAGES); do \
		folder=$(DESTDIR)$(MANDIR)/man$${page##*.} name=$${page##*/}; \
		$(INSTALL) -d $$folder && gzip -9n <$$page >$$folder/$$name.gz && chmod 644 $$folder/$$name.gz || exit; \
	done
else
	@echo "warning: $(SCDOC) is not there: installed without the manual pages (apt-get install scdoc, then again)" >&2
endif

uninstall:
	rm -rf $(HOMEDIR) $(DESTDIR)$(DOCDIR)
	rm -f $(DESTDIR)$(BINDIR)/seniority $(DESTDIR)$(BASHCOMPDIR)/seniority $(DESTDIR)$(ZSHCOMPDIR)/_seniority
	rm -f $(foreach page,$(PAGES),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)).gz)

# What is committed; outside of git, what lies here.
DIST := seniority-$(VERSION)
dist:
	@mkdir -p $(BUILD)
	if [ -e .git ]; then \
		git archive --prefix=$(DIST)/ -o $(BUILD)/$(DIST).tar.gz HEAD; \
	else \
		tar -c --sort=name --owner=0 --group=0 --numeric-owner --exclude=./build --exclude=./bin --exclude=./.git \
			--exclude=./bench/results --transform='s,^\.,$(DIST),' . | gzip -9n >$(BUILD)/$(DIST).tar.gz; \
	fi
	@echo $(BUILD)/$(DIST).tar.gz
